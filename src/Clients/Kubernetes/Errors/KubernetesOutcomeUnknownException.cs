namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// A write was sent and no clear answer came (time limit, connection cut, 5xx): it may or may not have been carried
/// out, now or a little later. Read the object again and decide; never repeat blindly.
/// </summary>
public sealed class KubernetesOutcomeUnknownException : KubernetesException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesOutcomeUnknownException(KubernetesRequest request, string why, Exception? innerException = null)
        : base(request, $"{request}: whether the API server carried it out is unknown: {why}. Read the object again before deciding.", innerException)
    {
    }
}
