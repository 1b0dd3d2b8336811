using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>A CA, another CA nobody trusts, and a server certificate for 127.0.0.1 and localhost.</summary>
public sealed record TestCertificates(
    string CaPath, string OtherCaPath, string ServerPath, string ServerKeyPath, string ClientPath, string ClientKeyPath)
{
    public static TestCertificates Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var now = TimeProvider.System.GetUtcNow();
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var ca = Ca("CN=drydock test CA", caKey, now);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = Ca("CN=drydock other CA", otherKey, now);
        var paths = new TestCertificates(
            Path.Combine(folder, "ca.pem"),
            Path.Combine(folder, "other.pem"),
            Path.Combine(folder, "server.pem"),
            Path.Combine(folder, "server.key"),
            Path.Combine(folder, "client.pem"),
            Path.Combine(folder, "client.key"));
        File.WriteAllText(paths.CaPath, ca.ExportCertificatePem());
        File.WriteAllText(paths.OtherCaPath, other.ExportCertificatePem());
        Leaf("CN=127.0.0.1", ca, now, paths.ServerPath, paths.ServerKeyPath);
        Leaf("CN=client", ca, now, paths.ClientPath, paths.ClientKeyPath);
        return paths;
    }

    private static X509Certificate2 Ca(string name, ECDsa key, DateTimeOffset now)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
    }

    private static void Leaf(string name, X509Certificate2 ca, DateTimeOffset now, string path, string keyPath)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(ca, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }
}
