using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab;

/// <summary>A certificate with its key as PEM files, for programs that take file names.</summary>
/// <param name="AuthorityPath">The authority's certificate.</param>
/// <param name="CertificatePath">The certificate.</param>
/// <param name="KeyPath">The private key (PKCS#8, mode 0600).</param>
public sealed record LabCredentials(string AuthorityPath, string CertificatePath, string KeyPath)
{
    /// <summary>The certificate with its key, for .NET's own TLS.</summary>
    public X509Certificate2 Load() => X509Certificate2.CreateFromPemFile(CertificatePath, KeyPath);

    /// <summary>The authority's certificate.</summary>
    public X509Certificate2 LoadAuthority() => X509CertificateLoader.LoadCertificateFromFile(AuthorityPath);
}
