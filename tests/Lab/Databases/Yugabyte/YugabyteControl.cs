namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>How the servers of a cluster are started and stopped.</summary>
public enum YugabyteControl
{
    /// <summary>Plain processes: a command line that names the version's directory, and pkill.</summary>
    Process,

    /// <summary>Units of systemd that start the program below a symbolic link.</summary>
    Systemd,

    /// <summary>A script that starts and one that stops, below a symbolic link.</summary>
    Scripts,

    /// <summary>daemontools: a service directory that supervise looks after, below a symbolic link.</summary>
    Supervise,
}
