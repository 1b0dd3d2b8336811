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

    private static K8SConfiguration Load(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new DeserializerBuilder()
                .IgnoreUnmatchedProperties()
                .WithTypeMapping<ClusterEndpoint, ProxiedEndpoint>()
                .WithTypeMapping<UserCredentials, FileCredentials>()
                .Build();
            var file = yaml.Deserialize<K8SConfiguration?>(reader)
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

/// <summary>One context of one or more kubeconfigs, merged as kubectl does: for every name the first file that contains
/// it wins, data wins over a file, and paths are relative to the kubeconfig that contains them.</summary>
internal sealed class KubeConfigSelection(List<K8SConfiguration> files, TimeProvider time)
{
    public KubernetesClientConfiguration Build(string? contextName)
    {
        contextName ??= files.Select(f => f.CurrentContext).FirstOrDefault(c => !string.IsNullOrEmpty(c))
            ?? throw Unusable($"there is no current-context; its contexts are: {Names(f => f.Contexts, c => c.Name)}");
        var context = Find("contexts", contextName, f => f.Contexts, c => c.Name).Entry.ContextDetails;
        var (file, cluster) = Find("clusters", context?.Cluster, f => f.Clusters, c => c.Name);
        var endpoint = (ProxiedEndpoint?)cluster.ClusterEndpoint ?? new ProxiedEndpoint();
        var authority = Pem(file, endpoint.CertificateAuthorityData, endpoint.CertificateAuthority);
        var configuration = new KubernetesClientConfiguration
        {
            Host = Address(endpoint.Server, $"clusters[{cluster.Name}].server").AbsoluteUri,
            Namespace = context?.Namespace,
            TlsServerName = endpoint.TlsServerName,
            SkipTlsVerify = endpoint.SkipTlsVerify,
        };
        if (authority is not null)
        {
            configuration.SslCaCerts = [];
            configuration.SslCaCerts.ImportFromPem(authority);
            if (configuration.SslCaCerts.Count == 0)
            {
                throw Unusable($"clusters[{cluster.Name}].certificate-authority contains no certificate in PEM");
            }
        }

        if (endpoint.ProxyUrl is { } proxyUrl)
        {
            var proxy = new WebProxy(Address(proxyUrl, $"clusters[{cluster.Name}].proxy-url"));
            configuration.FirstMessageHandlerSetup = handler => handler.Proxy = proxy;
        }

        if (!string.IsNullOrEmpty(context?.User))
        {
            var (userFile, user) = Find("users", context.User, f => f.Users, u => u.Name);
            Authenticate(configuration, userFile, user, endpoint, authority);
        }

        return configuration;
    }

    private void Authenticate(
        KubernetesClientConfiguration configuration,
        K8SConfiguration file,
        User entry,
        ProxiedEndpoint endpoint,
        string? authority)
    {
        var user = (FileCredentials?)entry.UserCredentials ?? new FileCredentials();
        if (user.ExternalExecution is { } exec)
        {
            configuration.TokenProvider = Plugin(file, entry.Name, exec, endpoint, authority);
            return;
        }

        if (user.AuthProvider is not null || user.UserName is not null)
        {
            throw Unusable(
                $"users[{entry.Name}] has an auth-provider or a username, which Kubernetes no longer supports. "
                    + "Use a token, a client certificate or an exec plugin");
        }

        var certificate = Pem(file, user.ClientCertificateData, user.ClientCertificate);
        var key = Pem(file, user.ClientKeyData, user.ClientKey);
        if (certificate is not null || key is not null)
        {
            // The package reads them later, and ignores one without the other.
            using var pair = X509Certificate2.CreateFromPem(certificate ?? "", key ?? "");
            configuration.ClientCertificateData = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate!));
            configuration.ClientCertificateKeyData = Convert.ToBase64String(Encoding.UTF8.GetBytes(key!));
        }

        configuration.AccessToken = user.Token;
        if (!string.IsNullOrEmpty(user.TokenFile))
        {
            configuration.TokenProvider = new RotatedTokenFile(Absolute(file, user.TokenFile));
        }
    }

    private ExecPlugin Plugin(
        K8SConfiguration file, string name, ExternalExecution exec, ProxiedEndpoint endpoint, string? authority)
    {
        if (string.IsNullOrEmpty(exec.Command) || string.IsNullOrEmpty(exec.ApiVersion)
            || exec.EnvironmentVariables?.All(v => v.ContainsKey("name")) == false)
        {
            throw Unusable($"users[{name}].exec needs a command, an apiVersion, and a name for each variable of env");
        }

        // Like kubectl: a command with a slash is relative to the kubeconfig, one without is looked up in PATH.
        if (exec.Command.Contains('/', StringComparison.Ordinal))
        {
            exec.Command = Absolute(file, exec.Command);
        }

        var spec = new JsonObject { ["interactive"] = false };
        if (exec.ProvideClusterInfo)
        {
            KeyValuePair<string, JsonNode?>[] cluster =
            [
                new("server", endpoint.Server),
                new("tls-server-name", endpoint.TlsServerName),
                new("insecure-skip-tls-verify", endpoint.SkipTlsVerify ? true : null),
                new(
                    "certificate-authority-data",
                    authority is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(authority))),
                new("proxy-url", endpoint.ProxyUrl),
            ];
            spec["cluster"] = new JsonObject(cluster.Where(static member => member.Value is not null));
        }

        var info = new JsonObject { ["apiVersion"] = exec.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec };
        return new ExecPlugin(exec, info.ToJsonString(), time);
    }

    private static string? Pem(K8SConfiguration file, string? data, string? path) =>
        !string.IsNullOrEmpty(data) ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : !string.IsNullOrEmpty(path) ? File.ReadAllText(Absolute(file, path))
        : null;

    private static string Absolute(K8SConfiguration file, string path) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.FileName))!, path);

    private Uri Address(string? text, string field) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw Unusable($"{field} is not an http or https address");

    private (K8SConfiguration File, T Entry) Find<T>(
        string list, string? name, Func<K8SConfiguration, IEnumerable<T>?> entries, Func<T, string?> nameOf)
        where T : class
    {
        foreach (var file in files)
        {
            if (entries(file)?.FirstOrDefault(e => nameOf(e) == name) is { } entry)
            {
                return (file, entry);
            }
        }

        throw Unusable($"there is no entry '{name}' in {list}, which has: {Names(entries, nameOf)}");
    }

    private string Names<T>(Func<K8SConfiguration, IEnumerable<T>?> entries, Func<T, string?> nameOf) =>
        string.Join(", ", files.SelectMany(f => entries(f) ?? []).Select(nameOf));

    private KubernetesConfigurationException Unusable(string why) => new(
        $"The kubeconfig {string.Join(", ", files.Select(f => f.FileName))} cannot be used: {why}.");
}

/// <summary>A cluster, with the field that the model of the package lacks.</summary>
internal sealed class ProxiedEndpoint : ClusterEndpoint
{
    [YamlMember(Alias = "proxy-url")]
    public string? ProxyUrl { get; set; }
}

/// <summary>A user, with the field that the model of the package lacks.</summary>
internal sealed class FileCredentials : UserCredentials
{
    [YamlMember(Alias = "tokenFile")]
    public string? TokenFile { get; set; }
}
