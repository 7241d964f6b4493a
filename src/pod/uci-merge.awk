# uci-merge.awk: UCI parser, three-way merger, writer.
