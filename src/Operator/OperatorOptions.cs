namespace Drydock.Operator;

/// <summary>How the process is run; each option is a command line flag.</summary>
public sealed record OperatorOptions
{
    /// <summary>Path of a kubeconfig; null takes KUBECONFIG, ~/.kube/config, or the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Context in it; null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>The operator's own namespace: its lease and the claims on targets live there. Null takes the pod's or the context's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The only namespace whose objects are looked after; null for all.</summary>
    public string? WatchNamespace { get; init; }

    /// <summary>Whether a Lease decides which of several operators acts.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>
    /// Where mydumper and myloader work; null for the system's temporary directory. A load needs room for the rows of one database there.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Address for probes and metrics.</summary>
    public string HttpAddress { get; init; } = "http://0.0.0.0:8080";

    /// <summary>Lowest level that is logged: Verbose, Debug, Information, Warning, Error.</summary>
    public string LogLevel { get; init; } = "Information";

    /// <summary>json or text.</summary>
    public string LogFormat { get; init; } = "text";
}
