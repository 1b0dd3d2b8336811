namespace Drydock.Operator;

/// <summary>How the process is run; each option is a command line flag.</summary>
public sealed record OperatorOptions
{
    /// <summary>Path of a kubeconfig; null takes KUBECONFIG, ~/.kube/config, or the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    /// <summary>The operator's own namespace: its lease and the claims on targets live there. Null takes the pod's or
    /// the context's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The namespaces whose objects are served; empty for all.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    public bool LeaderElection { get; init; } = true;

    /// <summary>A lease not renewed for this long may be taken by another operator. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A leader that could not renew its lease for this long cancels all its work; shorter than
    /// <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Time between renewals of the lease; shorter than <see cref="RenewDeadline"/>.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where mydumper works; null for the system's temporary directory.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Whether <c>unix://</c> endpoints of dockerd may be used: sockets of the operator's own pod or
    /// machine.</summary>
    public bool AllowUnixEndpoints { get; init; }

    /// <summary>Addresses or networks (CIDR) that manifests may name although they are loopback, link-local or
    /// otherwise refused.</summary>
    public IReadOnlyList<string> AllowAddresses { get; init; } = [];

    /// <summary>Directories below which directory storages lie; none: no directory can be used as storage. Below each,
    /// every namespace has a folder of its own.</summary>
    public IReadOnlyList<string> StorageRoots { get; init; } = [];

    /// <summary>Whether all namespaces share the storage roots, and may restore each other's snapshots.</summary>
    public bool StorageShared { get; init; }

    /// <summary>Whether a storage without a Secret is opened with the S3 credentials of the operator's own pod. All
    /// namespaces share them.</summary>
    public bool S3OwnCredentials { get; init; }

    public TimeSpan StorageTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public string HttpAddress { get; init; } = "http://0.0.0.0:8080";

    public string LogLevel { get; init; } = "Information";

    public string LogFormat { get; init; } = "text";

    public void Validate()
    {
        // Five seconds: the margin of acts before the end of the lease, and the time in which the process ends.
        var shortest = TimeSpan.FromSeconds(5);
        if (RetryPeriod < TimeSpan.FromSeconds(1)
            || RetryPeriod * 2 > RenewDeadline
            || RenewDeadline + shortest > LeaseDuration
            || LeaseDuration > TimeSpan.FromHours(1))
        {
            throw new OperatorOptionException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"--retry-period is {RetryPeriod.TotalSeconds} s, --renew-deadline {RenewDeadline.TotalSeconds} s, ")
                + string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"--lease-duration {LeaseDuration.TotalSeconds} s; expected are at least 1 s, at least twice that, "
                    + $"and at least 5 s more than the second, ")
                + "at most 1 h. Omit the three flags to use 5s, 90s and 120s.");
        }
    }
}
