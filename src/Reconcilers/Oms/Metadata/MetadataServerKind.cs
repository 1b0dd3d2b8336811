namespace Drydock.Reconcilers.Oms;

/// <summary>Which product answers behind the MySQL protocol.</summary>
internal enum MetadataServerKind
{
    /// <summary>MySQL, or a fork that says nothing else.</summary>
    MySql,

    /// <summary>MariaDB.</summary>
    MariaDb,

    /// <summary>OceanBase in MySQL mode.</summary>
    OceanBase,
}
