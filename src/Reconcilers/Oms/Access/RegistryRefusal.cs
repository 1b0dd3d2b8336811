using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Tells a registry that refuses us from one that cannot be reached: dockerd passes both on under several statuses, and
/// only its words differ.
/// </summary>
internal static class RegistryRefusal
{
    private static readonly string[] Words = ["unauthorized", "denied", "authentication required", "no basic auth credentials", "incorrect username or password"];

    /// <summary>Whether the registry refuses the credentials, or wants some.</summary>
    public static bool Is(DockerException exception) => exception switch
    {
        DockerUnauthorizedException => true,
        DockerApiException refused => Speaks(refused.EngineMessage),
        DockerStreamException failed => Speaks(failed.EngineMessage),
        _ => false,
    };

    /// <summary>A sentence with the way out.</summary>
    public static string Describe(string image, string node, string? secret, DockerException exception)
    {
        var host = RegistryCredentials.HostOf(image);
        return secret is null
            ? $"the registry {host} does not give {image} to {node} without credentials ({exception.Message}); put them into a Secret and name it in spec.imagePullSecretRef, or correct spec.image"
            : $"the registry {host} refuses the credentials of Secret {secret} for {image} on {node} ({exception.Message}); correct the Secret, or spec.image";
    }

    private static bool Speaks(string words) =>
        Array.Exists(Words, word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
}
