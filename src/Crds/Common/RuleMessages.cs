namespace Drydock.Crds.Common;

/// <summary>What a user reads whose spec contradicts itself: from the server where it has CEL, from the operator everywhere.</summary>
public static class RuleMessages
{
    /// <summary>fromVersion and toVersion are one.</summary>
    public const string SameVersion = "toVersion must differ from fromVersion: there is nothing to upgrade otherwise";

    /// <summary>Two nodes share a name.</summary>
    public const string NodeNames = "node names must be unique across all regions: step ids are made of them";

    /// <summary>Two nodes share an address.</summary>
    public const string HostIPs = "hostIP must be unique across all regions: every node is one host, as cm_nodes of config.yaml lists it";

    /// <summary>A node's new container has the old one's name.</summary>
    public const string SameContainer = "newContainer must differ from currentContainer on every node: the old container stays, stopped, as the way back";

    /// <summary>tcp:// with neither TLS nor the word for none.</summary>
    public const string TcpNeedsTls =
        "a tcp:// endpoint needs tlsSecretRef, or insecure: true if it really has no TLS (whoever reaches it is root on the host)";

    /// <summary>insecure where it means nothing or contradicts.</summary>
    public const string InsecureIsAlone = "insecure: true is only for a tcp:// endpoint without tlsSecretRef: remove one of them";

    /// <summary>TLS material for an endpoint without TLS.</summary>
    public const string TlsIsForTcp = "tlsSecretRef is only for a tcp:// endpoint: remove it";

    /// <summary>ssh:// without a key, or a key without ssh://.</summary>
    public const string SshNeedsKey = "an ssh:// endpoint needs sshSecretRef, and no other endpoint may have one";

    /// <summary>A storage directory that leads elsewhere.</summary>
    public const string DirectoryPath = "path must not contain '..': name the directory itself";

    /// <summary>A path below a storage that leads out of it.</summary>
    public const string ArchivePath = "path must not contain '..': it is taken below the storage";

    /// <summary>A prefix below a storage that leads out of it.</summary>
    public const string PathPrefix = "pathPrefix must not contain '..': it is taken below the storage";

    /// <summary>A snapshot of what belongs to the server itself.</summary>
    public const string SystemSchemas =
        "databases must not name a system schema (mysql, information_schema, performance_schema, sys): a restore would drop it";
}
