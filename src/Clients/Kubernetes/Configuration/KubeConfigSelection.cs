using k8s;
using k8s.KubeConfigModels;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>One context of one or more kubeconfigs, merged as kubectl does: for every name the first file that contains
/// it wins, data wins over a file, and paths are relative to the kubeconfig that contains them.</summary>
internal sealed class KubeConfigSelection(List<KubeConfigFile> files, TimeProvider time)
{
    public KubernetesClientConfiguration Build(string? contextName)
    {
        contextName ??= files.Select(f => f.CurrentContext).FirstOrDefault(c => !string.IsNullOrEmpty(c))
            ?? throw Unusable($"there is no current-context; its contexts are: {Names(f => f.Contexts, c => c.Name)}");
        var context = Find("contexts", contextName, f => f.Contexts, c => c.Name).Entry.ContextDetails;
        var (file, cluster) = Find("clusters", context?.Cluster, f => f.Clusters, c => c.Name);
        var endpoint = cluster.Cluster ?? new KubeConfigFile.ProxiedEndpoint();
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
        KubeConfigFile file,
        KubeConfigFile.UserEntry entry,
        KubeConfigFile.ProxiedEndpoint endpoint,
        string? authority)
    {
        var user = entry.User ?? new KubeConfigFile.FileCredentials();
        if (user.ExternalExecution is { } exec)
        {
            configuration.TokenProvider = Plugin(file, entry.Name!, exec, endpoint, authority);
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
        KubeConfigFile file,
        string name,
        ExternalExecution exec,
        KubeConfigFile.ProxiedEndpoint endpoint,
        string? authority)
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

        var cluster = !exec.ProvideClusterInfo ? null : new ExecCluster
        {
            Server = endpoint.Server,
            TlsServerName = endpoint.TlsServerName,
            InsecureSkipTlsVerify = endpoint.SkipTlsVerify ? true : null,
            CertificateAuthorityData = authority is null ? null : Encoding.UTF8.GetBytes(authority),
            ProxyUrl = endpoint.ProxyUrl,
        };
        return new ExecPlugin(exec, cluster, time);
    }

    private static string? Pem(KubeConfigFile file, string? data, string? path) =>
        !string.IsNullOrEmpty(data) ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : !string.IsNullOrEmpty(path) ? File.ReadAllText(Absolute(file, path))
        : null;

    private static string Absolute(KubeConfigFile file, string path) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.FileName))!, path);

    private Uri Address(string? text, string field) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw Unusable($"{field} is not an http or https address");

    private (KubeConfigFile File, T Entry) Find<T>(
        string list, string? name, Func<KubeConfigFile, List<T>?> entries, Func<T, string?> nameOf)
        where T : class
    {
        foreach (var file in files)
        {
            if (entries(file)?.Find(e => nameOf(e) == name) is { } entry)
            {
                return (file, entry);
            }
        }

        throw Unusable($"there is no entry '{name}' in {list}, which has: {Names(entries, nameOf)}");
    }

    private string Names<T>(Func<KubeConfigFile, List<T>?> entries, Func<T, string?> nameOf) =>
        string.Join(", ", files.SelectMany(f => entries(f) ?? []).Select(nameOf));

    private KubernetesConfigurationException Unusable(string why) => new(
        $"The kubeconfig {string.Join(", ", files.Select(f => f.FileName))} cannot be used: {why}.");
}
