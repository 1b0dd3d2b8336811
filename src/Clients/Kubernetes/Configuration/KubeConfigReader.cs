using System.Security.Cryptography.X509Certificates;
using System.Text;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Builds a configuration from a context of a kubeconfig.</summary>
internal sealed class KubeConfigReader(KubeConfigFile file, TimeProvider time)
{
    public KubernetesClientConfiguration Read(string? contextName)
    {
        var name = contextName ?? file.CurrentContext
            ?? throw new KubernetesConfigurationException(
                $"The kubeconfig {file.Source} has no current-context; its contexts are: "
                    + $"{string.Join(", ", file.Names("contexts"))}.");
        var context = file.Find("contexts", name);
        var cluster = file.Find(
            "clusters",
            context.Text("cluster")
                ?? throw new KubernetesConfigurationException($"{context.Where("cluster")} is missing."));
        var user = context.Text("user") is { } userName ? file.Find("users", userName) : null;
        var ca = cluster.PemOf("certificate-authority");
        return new KubernetesClientConfiguration
        {
            Server = ReadUri(cluster, "server")
                ?? throw new KubernetesConfigurationException($"{cluster.Where("server")} is missing."),
            Namespace = context.Text("namespace") ?? "default",
            CertificateAuthorities = ca is null ? null : Pem.Authorities(ca, cluster.Where("certificate-authority")),
            TlsServerName = cluster.Text("tls-server-name"),
            SkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            Proxy = ReadUri(cluster, "proxy-url"),
            Credentials = user is null
                ? new FixedCredentialSource(Credential.Anonymous)
                : Credentials(user, cluster, ca),
            Source = $"context '{name}' of {file.Source}",
        };
    }

    private static Uri? ReadUri(KubeConfigEntry entry, string field)
    {
        if (entry.Text(field) is not { } text)
        {
            return null;
        }

        // Without the final slash, relative paths would replace the last segment of the address (of a proxy such as
        // Rancher's).
        return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri)
            && uri.Scheme is "https" or "http"
            ? uri
            : throw new KubernetesConfigurationException($"{entry.Where(field)} is not an http or https address.");
    }

    private ICredentialSource Credentials(KubeConfigEntry user, KubeConfigEntry cluster, string? ca)
    {
        if (user.Child("exec") is { } exec)
        {
            return new ExecCredentialSource(Plugin(exec, cluster, ca), time);
        }

        if (user.Child("auth-provider") is not null || user.Text("username") is not null)
        {
            throw new KubernetesConfigurationException(
                $"{user.Where("auth-provider or username")}: Kubernetes no longer supports these. "
                    + "Use a token, a client certificate or an exec plugin.");
        }

        var certificate = ClientCertificate(user);
        return user.FilePath("tokenFile") is { } tokenFile
            ? new TokenFileCredentialSource(tokenFile, time, certificate)
            : new FixedCredentialSource(new Credential(user.Text("token"), certificate));
    }

    private static X509Certificate2? ClientCertificate(KubeConfigEntry user) =>
        (user.PemOf("client-certificate"), user.PemOf("client-key")) switch
        {
            (null, null) => null,
            ({ } certificate, { } key) => Pem.ClientCertificate(certificate, key, user.Where("client-certificate")),
            _ =>
                throw new KubernetesConfigurationException(
                    $"{user.Where("client-certificate")} and client-key must be set together."),
        };

    private static ExecCredentialPlugin Plugin(KubeConfigEntry exec, KubeConfigEntry cluster, string? ca)
    {
        var command = exec.Text("command")
            ?? throw new KubernetesConfigurationException($"{exec.Where("command")} is missing.");
        return new ExecCredentialPlugin
        {
            ApiVersion = exec.Text("apiVersion")
                ?? throw new KubernetesConfigurationException($"{exec.Where("apiVersion")} is missing."),

            // Like kubectl: a command with a slash is relative to the kubeconfig, one without is looked up in PATH.
            Command = command.Contains('/', StringComparison.Ordinal) ? exec.FilePath("command")! : command,
            Arguments = [.. exec.Texts("args")],
            Environment = exec.Items("env").ToDictionary(
                e => e.Text("name") ?? throw new KubernetesConfigurationException($"{e.Where("name")} is missing."),
                e => e.Text("value") ?? "",
                StringComparer.Ordinal),
            InstallHint = exec.Text("installHint"),
            Cluster = !exec.Flag("provideClusterInfo") ? null : new ExecCluster
            {
                Server = cluster.Text("server"),
                TlsServerName = cluster.Text("tls-server-name"),
                InsecureSkipTlsVerify = cluster.Flag("insecure-skip-tls-verify") ? true : null,
                CertificateAuthorityData = ca is null ? null : Encoding.UTF8.GetBytes(ca),
                ProxyUrl = cluster.Text("proxy-url"),
            },
        };
    }
}
