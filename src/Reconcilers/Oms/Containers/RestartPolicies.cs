using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>When dockerd starts a container automatically, in its own words: <c>no</c>, <c>always</c>,
/// <c>unless-stopped</c>, <c>on-failure</c>.</summary>
internal static class RestartPolicies
{
    public const string No = "no";

    private static readonly Dictionary<RestartPolicyKind, string> Names = new()
    {
        [RestartPolicyKind.No] = No,
        [RestartPolicyKind.Always] = "always",
        [RestartPolicyKind.UnlessStopped] = "unless-stopped",
        [RestartPolicyKind.OnFailure] = "on-failure",
    };

    /// <summary>The word; that of none is <c>no</c>.</summary>
    public static string NameOf(RestartPolicy policy) => Names.GetValueOrDefault(policy.Name, No);

    public static ContainerUpdateParameters Update(string name, int maximumRetries = 0) => new()
    {
        RestartPolicy = new RestartPolicy
        {
            Name = Names.Single(entry => entry.Value == name).Key,
            MaximumRetryCount = maximumRetries,
        },
    };
}
