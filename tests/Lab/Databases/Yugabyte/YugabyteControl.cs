namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>How the servers of a cluster are started and stopped.</summary>
public enum YugabyteControl
{
    /// <summary>Plain processes: a command line that names the version's directory, and pkill.</summary>
    Process,

    /// <summary>Units of systemd that start the program below a symbolic link.</summary>
    Systemd,

    /// <summary>A start script and a stop script, below a symbolic link.</summary>
    Scripts,

    /// <summary>daemontools: a service directory that supervise supervises, below a symbolic link.</summary>
    Supervise,
}
