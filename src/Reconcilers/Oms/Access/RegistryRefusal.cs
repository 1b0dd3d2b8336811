namespace Drydock.Reconcilers.Oms;

/// <summary>Distinguishes a registry that refuses the operator from one that cannot be reached: dockerd reports both
/// with several statuses, and only the messages differ.</summary>
internal static class RegistryRefusal
{
    private static readonly string[] Words =
    [
        "unauthorized",
        "denied",
        "authentication required",
        "no basic auth credentials",
        "incorrect username or password",
    ];

    public static bool Is(DockerException exception) => exception switch
    {
        DockerUnauthorizedException => true,
        DockerApiException refused => Speaks(refused.EngineMessage),
        DockerStreamException failed => Speaks(failed.EngineMessage),
        _ => false,
    };

    public static string Describe(string image, string node, string? secret, DockerException exception)
    {
        var host = RegistryCredentials.HostOf(image);
        return secret is null
            ? $"Registry {host} does not serve {image} to {node} without credentials "
                + $"({Sentences.Open(exception.Message)}). Put them into a Secret and name it in "
                + "spec.imagePullSecretRef, or correct spec.image."
            : $"Registry {host} refuses the credentials of Secret {secret} for {image} on {node} "
                + $"({Sentences.Open(exception.Message)}). Correct the Secret, or spec.image.";
    }

    private static bool Speaks(string words) =>
        Array.Exists(Words, word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
}
