namespace Drydock.Clients.MySql;

/// <summary>What speaks the MySQL protocol at the other end.</summary>
public enum MySqlServerKind
{
    /// <summary>Oracle MySQL or a server that does not say it is anything else.</summary>
    MySql,

    /// <summary>MariaDB.</summary>
    MariaDb,

    /// <summary>A MySQL-mode tenant of OceanBase, directly or through obproxy.</summary>
    OceanBase,
}
