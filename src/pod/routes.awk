# routes.awk: the routes eth0 must keep.
