# merge.awk: three-way join of manifests.
