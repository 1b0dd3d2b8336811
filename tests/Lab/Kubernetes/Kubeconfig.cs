namespace Drydock.Lab;

/// <summary>Writes kubeconfig files with inline credentials.</summary>
public static class Kubeconfig
{
    /// <summary>Writes a kubeconfig that authenticates with a bearer token; only its owner can read the file.</summary>
    /// <param name="path">Path of the kubeconfig.</param>
    /// <param name="server">URL of the API server, or of a fault proxy in front of it.</param>
    /// <param name="authorityPem">The certificate authority that signed the server's certificate.</param>
    /// <returns>The same path.</returns>
    public static string Write(
        string path, string server, string authorityPem, string token, string defaultNamespace = "default")
    {
        LabCertificateAuthority.WritePrivate(
            path,
            $"""
            apiVersion: v1
            kind: Config
            clusters:
              - name: lab
                cluster:
                  server: {server}
                  certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}
            users:
              - name: lab
                user:
                  token: {token}
            contexts:
              - name: lab
                context:
                  cluster: lab
                  user: lab
                  namespace: {defaultNamespace}
            current-context: lab

            """);
        return path;
    }
}
