namespace Drydock.Crds.Common;

/// <summary>Regular expressions of the schemas (RE2, also valid in .NET).</summary>
public static class Patterns
{
    /// <summary>A duration, zero allowed: at most five parts, of at most six digits each, for days of at most four. A
    /// sum above <see cref="Crds.Values.KubernetesDuration.Longest"/> counts as that.</summary>
    public const string Duration = "^([0-9]{1,6}(ms|s|m|h)|[0-9]{1,4}d){1,5}$";

    /// <summary>A duration greater than zero.</summary>
    public const string PositiveDuration =
        "^([0-9]{1,6}(ms|s|m|h)|[0-9]{1,4}d){0,4}"
        + "(0{0,5}[1-9][0-9]{0,5}(ms|s|m|h)|0{0,3}[1-9][0-9]{0,3}d)"
        + "([0-9]{1,6}(ms|s|m|h)|[0-9]{1,4}d){0,4}$";

    /// <summary>An approval: WHAT@HASH.N, or STEP@HASH.N.F.</summary>
    public const string Word =
        "^[A-Za-z][A-Za-z0-9]*(/[A-Za-z0-9_.:-]+)*@(sha256:)?[0-9a-fA-F]{8,64}([.][0-9]{1,8}){1,2}$";

    /// <summary>An OMS version: <c>4.2.2</c>, <c>3.2.2-bp2</c>, <c>4.2.2-CE</c>.</summary>
    public const string OmsVersion = @"^\d{1,4}\.\d{1,4}\.\d{1,4}([._-](bp|BP)\d{1,4})?(-(ce|CE))?$";

    /// <summary>A name that can stand in step ids: lower case letters, digits and hyphens.</summary>
    public const string Label = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>The name of a Kubernetes object.</summary>
    public const string ObjectName = "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$";

    /// <summary>A data key of a Secret.</summary>
    public const string SecretKey = "^[-._a-zA-Z0-9]+$";

    /// <summary>Bytes, with a unit of 1000 (k, M, G, T) or 1024 (Ki, Mi, Gi, Ti); or 0.</summary>
    public const string MemorySize = "^(0|[1-9][0-9]{0,12}|[1-9][0-9]{0,5}([KMGT]i|[kMGT]))$";

    private const string BindOption = "(ro|rw|z|Z|r?shared|r?slave|r?private)";

    /// <summary>A mount of a path of the host as docker run --volume takes it.</summary>
    public const string Bind = @"^/[^:\s]*:/[^:\s]+(:" + BindOption + "(," + BindOption + ")*)?$";

    /// <summary>What dockerd takes as a container name.</summary>
    public const string ContainerName = "^[a-zA-Z0-9][a-zA-Z0-9_.-]+$";

    /// <summary>An image reference or id; whether it is a good one dockerd says.</summary>
    public const string Image = @"^[a-zA-Z0-9][a-zA-Z0-9_./:@-]*$";

    /// <summary>An IPv4 or IPv6 address.</summary>
    public const string IPAddress =
        @"^(((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
        + "|([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}"
        + "|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}"
        + "|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}"
        + "|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:(:[0-9a-fA-F]{1,4}){1,6}"
        + "|:((:[0-9a-fA-F]{1,4}){1,7}|:)"
        + ")$";

    /// <summary>A host name or address.</summary>
    public const string Host = "^[a-zA-Z0-9:]([-.:a-zA-Z0-9]*[a-zA-Z0-9])?$";

    /// <summary>Where a dockerd listens: unix, tcp or ssh, there also with the path of the socket.</summary>
    public const string DockerEndpoint =
        @"^(unix:///[^\s{}]+|tcp://[^\s/@{}]+:\d{1,5}|ssh://([^\s/@:{}]+@)?[^\s/@{}]+(/[A-Za-z0-9_.-]+)*)$";

    /// <summary>The same with placeholders in braces; which of them exist a rule says.</summary>
    public const string DockerEndpointOfNodes =
        @"^(unix:///[^\s]+|tcp://[^\s/@]+:\d{1,5}|ssh://([^\s/@:]+@)?[^\s/@]+(/[A-Za-z0-9_.{}-]+)*)$";

    /// <summary>An absolute path without white space at its ends.</summary>
    public const string AbsolutePath = @"^/([^\s].*[^\s]|[^\s])?$";

    /// <summary>A path below a storage.</summary>
    public const string RelativePath = @"^[^\s/]([^\n]*[^\s/])?$";

    /// <summary>A relative path, with or without a slash at its end.</summary>
    public const string RelativeDirectory = @"^[^\s/]([^\n]*\S)?$";

    /// <summary>HH:MM.</summary>
    public const string TimeOfDay = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    /// <summary>An http or https URL without user, query and fragment.</summary>
    public const string HttpUrl = @"^https?://[^\s/@?#]+(/[^\s?#]*)?$";

    /// <summary>A bucket of an S3-compatible storage.</summary>
    public const string Bucket = "^[a-z0-9][a-z0-9.-]*[a-z0-9]$";

    /// <summary>A recipient in the age format (X25519).</summary>
    public const string AgeRecipient = "^age1[02-9ac-hj-np-z]{58}$";

    /// <summary>A project as status.projects names it: kind and id.</summary>
    public const string ProjectKey = "^(Migration|Synchronization)/[^\\s/]+$";

    /// <summary>64 hex digits.</summary>
    public const string Sha256 = "^[0-9a-f]{64}$";

    /// <summary>A phase, a step id, or <c>PointOfNoReturn</c>.</summary>
    public const string HoldName = "^[A-Za-z][A-Za-z0-9]*(/[A-Za-z0-9_.:-]+)*$";

    /// <summary>The name of a schema that is safe in every tool the dump goes through.</summary>
    public const string DatabaseName = "^[A-Za-z0-9_$-]+$";

    /// <summary>A version of a database: 2.1.19, v3.0.9, 2.18.0.0-b65.</summary>
    public const string DatabaseVersion = @"^v?\d{1,4}\.\d{1,4}(\.\d{1,4}){0,2}(-[0-9A-Za-z.]{1,20})?$";

    /// <summary>The name of a program, of a tool's command, or of an account.</summary>
    public const string PlainName = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";

    /// <summary>HOST:PORT.</summary>
    public const string HostAndPort =
        @"^([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}$";
}
