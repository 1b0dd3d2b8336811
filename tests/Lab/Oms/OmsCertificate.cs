using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab.Oms;

/// <summary>The self-signed certificate of HTTPS consoles, as users create it; one for all hosts.</summary>
internal static class OmsCertificate
{
    public static void Write(IReadOnlyList<OmsNode> nodes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=oms", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var node in nodes)
        {
            names.AddIpAddress(IPAddress.Parse(node.Host.Address));
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(nodes[0].Certificate, certificate.ExportCertificatePem() + "\n");
        LabCertificateAuthority.WritePrivate(nodes[0].Key, key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
