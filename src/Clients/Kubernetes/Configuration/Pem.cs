using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Reads PEM, with errors that name the source.</summary>
internal static class Pem
{
    public static X509Certificate2Collection Authorities(string pem, string where)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates.Count > 0
                ? certificates
                : throw new KubernetesConfigurationException($"{where} contains no certificate; expected PEM.");
        }
        catch (CryptographicException e)
        {
            throw new KubernetesConfigurationException($"{where} is not a PEM certificate.", e);
        }
    }

    public static X509Certificate2 ClientCertificate(string certificate, string key, string where)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException e)
        {
            throw new KubernetesConfigurationException(
                $"{where}: client certificate and key are not PEM, or do not belong together.", e);
        }
    }
}
