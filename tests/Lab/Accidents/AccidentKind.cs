namespace Drydock.Lab.Accidents;

/// <summary>The kind of target of an accident.</summary>
public enum AccidentKind
{
    /// <summary>The operator's process.</summary>
    Operator,

    /// <summary>The API server, etcd, or the network to them.</summary>
    Kubernetes,

    /// <summary>A Docker host.</summary>
    DockerHost,

    /// <summary>The metadata database's server.</summary>
    MetaDb,

    /// <summary>OMS itself, or manual changes to it.</summary>
    Oms,

    /// <summary>Where snapshots are kept.</summary>
    Storage,

    /// <summary>S3 storage where snapshots are kept; only on roads that keep them there.</summary>
    ObjectStorage,

    /// <summary>The upgrade's object, its namespace, its Secrets.</summary>
    Object,

    /// <summary>A host of a database: its sshd, sudo, network, disk, power.</summary>
    DatabaseHost,

    /// <summary>A database's processes, or the answers they give.</summary>
    Database,
}
