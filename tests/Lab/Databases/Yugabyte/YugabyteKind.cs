namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>The two kinds of server.</summary>
public enum YugabyteKind
{
    /// <summary>yb-master, mserver.</summary>
    Master,

    /// <summary>yb-tserver, dbserver.</summary>
    Tserver,
}
