using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Configurations of the package, with what its own reader does not offer: several files of which some are
/// missing, <c>tokenFile</c>, <c>proxy-url</c>, plugins and tokens that are renewed after a refusal, and refusal of
/// basic authentication.</summary>
public static class KubeConfig
{
    private const string ServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>The kubeconfig if there is one (<c>KUBECONFIG</c>, <c>~/.kube/config</c>), else the pod's
    /// ServiceAccount.</summary>
    /// <exception cref="KubernetesConfigurationException">Neither can be used.</exception>
    public static KubernetesClientConfiguration BuildDefaultConfig(TimeProvider? time = null)
    {
        var paths = DefaultPaths();
        if (paths.Any(File.Exists))
        {
            return BuildConfigFromConfigFile(time: time);
        }

        return string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"))
            ? throw new KubernetesConfigurationException(
                $"No kubeconfig at {string.Join(", ", paths)} and not in a cluster (KUBERNETES_SERVICE_HOST is not "
                    + "set): set KUBECONFIG.")
            : InClusterConfig();
    }

    /// <param name="path">The file; null for <c>KUBECONFIG</c> (several files are merged) or
    /// <c>~/.kube/config</c>.</param>
    /// <param name="context">The context; null for <c>current-context</c>.</param>
    /// <exception cref="KubernetesConfigurationException">It cannot be used; the message says what, where and what to
    /// do.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string? path = null, string? context = null, TimeProvider? time = null) =>
        Build(path is null ? DefaultPaths() : [path], context, time ?? TimeProvider.System);

    internal static KubernetesClientConfiguration Build(IReadOnlyList<string> paths, string? context, TimeProvider time)
    {
        var files = paths.Where(File.Exists).Select(Load).ToList();
        if (files.Count == 0)
        {
            throw new KubernetesConfigurationException(
                $"No kubeconfig at {string.Join(", ", paths)}: set KUBECONFIG or specify a file.");
        }

        var source = string.Join(", ", files.Select(f => f.FileName));
        try
        {
            return new KubeConfigSelection(files, time).Build(context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"The kubeconfig {source} cannot be used: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new KubernetesConfigurationException(
                $"The kubeconfig {source} cannot be used: certificate-authority, client-certificate and client-key "
                    + "must be PEM (as data in base64), and a certificate and its key must belong together.", e);
        }
    }

    /// <summary>From the pod's ServiceAccount; its token is read again when the kubelet rotates it.</summary>
    internal static KubernetesClientConfiguration InClusterConfig(string tokenFile = ServiceAccountToken)
    {
        try
        {
            var configuration = KubernetesClientConfiguration.InClusterConfig();
            configuration.Namespace = configuration.Namespace?.Trim();
            configuration.TokenProvider = new RotatedTokenFile(tokenFile);
            return configuration.SslCaCerts.Count > 0
                ? configuration
                : throw new KubernetesConfigurationException("The pod's ServiceAccount has no certificate in ca.crt.");
        }
        catch (Exception e) when (e is KubeConfigException or IOException or CryptographicException)
        {
            throw new KubernetesConfigurationException($"The pod's ServiceAccount cannot be used: {e.Message}", e);
        }
    }

    private static List<string> DefaultPaths()
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(variable)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : [.. variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static KubeConfigFile Load(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
            var file = yaml.Deserialize<KubeConfigFile?>(reader)
                ?? throw new KubernetesConfigurationException($"The kubeconfig {path} is empty.");
            file.FileName = path;
            return file;
        }
        catch (YamlException e)
        {
            // Its text may quote a value.
            throw new KubernetesConfigurationException(
                $"The kubeconfig {path} is not a valid kubeconfig in YAML at line {e.Start.Line}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException(
                $"The kubeconfig {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}

/// <summary>A kubeconfig: the models of the package, with the fields that they lack.</summary>
internal sealed class KubeConfigFile
{
    [YamlIgnore]
    public string FileName { get; set; } = "";

    [YamlMember(Alias = "current-context")]
    public string? CurrentContext { get; set; }

    [YamlMember(Alias = "clusters")]
    public List<ClusterEntry>? Clusters { get; set; }

    [YamlMember(Alias = "users")]
    public List<UserEntry>? Users { get; set; }

    [YamlMember(Alias = "contexts")]
    public List<Context>? Contexts { get; set; }

    internal sealed class ClusterEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "cluster")]
        public ProxiedEndpoint? Cluster { get; set; }
    }

    internal sealed class UserEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "user")]
        public FileCredentials? User { get; set; }
    }

    internal sealed class ProxiedEndpoint : ClusterEndpoint
    {
        [YamlMember(Alias = "proxy-url")]
        public string? ProxyUrl { get; set; }
    }

    internal sealed class FileCredentials : UserCredentials
    {
        [YamlMember(Alias = "tokenFile")]
        public string? TokenFile { get; set; }
    }
}
