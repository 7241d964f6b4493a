echo "This machine is kept in the repository of the house."
