namespace Drydock.Operator;

/// <summary>How the process is run; each option is a command line flag, which says what it means.</summary>
public sealed record OperatorOptions
{
    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    /// <summary>Null takes the pod's or the context's.</summary>
    public string? Namespace { get; init; }

    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    public bool LeaderElection { get; init; } = true;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(120);

    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    public string? ScratchDirectory { get; init; }

    public bool AllowUnixEndpoints { get; init; }

    public IReadOnlyList<string> AllowAddresses { get; init; } = [];

    public IReadOnlyList<string> StorageRoots { get; init; } = [];

    public bool StorageShared { get; init; }

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
            throw new OperatorOptionException(
                $"--retry-period is {RetryPeriod.TotalSeconds} s, --renew-deadline {RenewDeadline.TotalSeconds} s, "
                + $"--lease-duration {LeaseDuration.TotalSeconds} s; expected are at least 1 s, at least twice that, "
                + "and at least 5 s more than the second, at most 1 h. Omit the three flags to use 5s, 90s and 120s.");
        }
    }
}
