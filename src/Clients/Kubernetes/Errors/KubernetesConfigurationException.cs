namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// The kubeconfig, the pod's ServiceAccount or a credential plugin cannot be used. The message names file, field,
/// expectation and way out, never a value that may be secret.
/// </summary>
public sealed class KubernetesConfigurationException : Exception
{
    /// <summary>Makes the exception.</summary>
    public KubernetesConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public KubernetesConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
