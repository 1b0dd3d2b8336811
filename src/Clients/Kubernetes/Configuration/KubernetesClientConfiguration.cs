using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>The address and certificate of the API server, and the client's credentials.</summary>
public sealed record KubernetesClientConfiguration
{
    private const string ServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Address of the server, with a path if it has one.</summary>
    public required Uri Server { get; init; }

    /// <summary>Namespace for objects without one.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The trusted authorities of the server's certificate; null for those of the system.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>The expected name in the server's certificate, if different from <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>
    /// Accepts any certificate. Everybody on the network path can then read and change everything.
    /// </summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>HTTP proxy; null for the system's settings (never for loopback addresses).</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The client's credentials.</summary>
    public ICredentialSource Credentials { get; init; } = new FixedCredentialSource(Credential.Anonymous);

    /// <summary>The source of this configuration, for messages.</summary>
    public string Source { get; init; } = "code";

    /// <summary>
    /// The kubeconfig if there is one (<c>KUBECONFIG</c>, <c>~/.kube/config</c>), else the pod's ServiceAccount.
    /// </summary>
    /// <exception cref="KubernetesConfigurationException">Neither can be used.</exception>
    public static KubernetesClientConfiguration BuildDefaultConfig(TimeProvider? time = null)
    {
        var paths = KubeConfigFile.DefaultPaths();
        if (paths.Any(File.Exists))
        {
            return BuildConfigFromConfigFile(time: time);
        }

        return IsInCluster
            ? InClusterConfig(time)
            : throw new KubernetesConfigurationException(
                $"No kubeconfig at {string.Join(", ", paths)} and not in a cluster (KUBERNETES_SERVICE_HOST is not "
                    + "set): set KUBECONFIG.");
    }

    /// <summary>From a kubeconfig.</summary>
    /// <param name="path">The file; null for <c>KUBECONFIG</c> (several files are merged) or
    /// <c>~/.kube/config</c>.</param>
    /// <param name="context">The context; null for <c>current-context</c>.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="KubernetesConfigurationException">It cannot be used; the message says what, where and what to
    /// do.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string? path = null, string? context = null, TimeProvider? time = null) =>
        new KubeConfigReader(
            KubeConfigFile.Load(path is null ? KubeConfigFile.DefaultPaths() : [path]),
            time ?? TimeProvider.System).Read(context);

    /// <summary>True in a pod.</summary>
    public static bool IsInCluster =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"));

    /// <summary>From the pod's ServiceAccount; its token is read again when the kubelet rotates it.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="serviceAccountDirectory">Where <c>token</c>, <c>ca.crt</c> and <c>namespace</c> are; null for the
    /// default directory.</param>
    /// <exception cref="KubernetesConfigurationException">Not in a pod, or without a mounted
    /// ServiceAccount.</exception>
    public static KubernetesClientConfiguration InClusterConfig(
        TimeProvider? time = null, string? serviceAccountDirectory = null)
    {
        var directory = serviceAccountDirectory ?? ServiceAccountDirectory;
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT_HTTPS")
            ?? Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT")
            ?? "443";
        var token = Path.Combine(directory, "token");
        if (string.IsNullOrEmpty(host) || !File.Exists(token))
        {
            throw new KubernetesConfigurationException(
                "Not in a pod with a ServiceAccount: "
                    + $"KUBERNETES_SERVICE_HOST is {(string.IsNullOrEmpty(host) ? "not set" : "set")}, {token} "
                    + $"{(File.Exists(token) ? "exists" : "does not exist")}. Check automountServiceAccountToken.");
        }

        var ca = Path.Combine(directory, "ca.crt");
        var ns = Path.Combine(directory, "namespace");
        return new KubernetesClientConfiguration
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            CertificateAuthorities = File.Exists(ca) ? Pem.Authorities(File.ReadAllText(ca), ca) : null,
            Credentials = new TokenFileCredentialSource(token, time ?? TimeProvider.System),
            Source = $"ServiceAccount in {directory}",
        };
    }
}
