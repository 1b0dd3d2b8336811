using System.Text.Json.Nodes;

namespace Drydock.Tests;

/// <summary>
/// The published rules of kstatus for a custom resource, as Flux, Helm 4 and kpt apply them
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md): a deletion, then the observed
/// generation, then the conditions Reconciling and Stalled, then Ready; an object that tells nothing is current.
/// </summary>
internal static class KStatus
{
    public const string Current = "Current";
    public const string Failed = "Failed";
    public const string InProgress = "InProgress";
    public const string Terminating = "Terminating";

    /// <summary>The verdict on an object as the API server returns it.</summary>
    public static string Of(JsonNode entity)
    {
        var (metadata, status) = (entity["metadata"], entity["status"]);
        if ((string?)metadata?["deletionTimestamp"] is { Length: > 0 })
        {
            return Terminating;
        }

        if ((long?)status?["observedGeneration"] is { } observed && observed != ((long?)metadata?["generation"] ?? 0))
        {
            return InProgress;
        }

        string? Find(string type) =>
            (string?)(status?["conditions"] as JsonArray)?.FirstOrDefault(c => (string?)c!["type"] == type)?["status"];
        return Find("Reconciling") == "True" ? InProgress
            : Find("Stalled") == "True" ? Failed
            : Find("Ready") is null or "True" ? Current
            : InProgress;
    }
}
