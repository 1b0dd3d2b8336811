using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Drydock.Abstractions.Values;

namespace Drydock.Clients.MySql.Transport;

/// <summary>TLS to the server. The certificate is verified before anything of the login is sent; the package itself
/// would log in first and reject the certificate afterwards.</summary>
internal static class ServerTls
{
    /// <exception cref="ArgumentException">A file is missing or unusable.</exception>
    /// <exception cref="LinkRefusedException">No authority can be read, or the server's certificate is not
    /// accepted.</exception>
    internal static async Task<SslStream> StartAsync(
        Stream stream, MySqlConnectionStringBuilder options, CancellationToken cancellationToken)
    {
        var errors = SslPolicyErrors.None;
        using var client = Client(options);
        var authority = Authority(options);
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.Server,
                    ClientCertificateContext = client is null
                        ? null
                        : SslStreamCertificateContext.Create(client, additionalCertificates: null),
                    CertificateChainPolicy = Policy(authority),
                    RemoteCertificateValidationCallback = (_, _, _, found) =>
                    {
                        errors = Ignoring(options.SslMode, found);
                        return errors == SslPolicyErrors.None;
                    },
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new LinkRefusedException(
                errors == SslPolicyErrors.None
                    ? $"TLS with the server failed: {exception.Message}"
                    : $"The server's certificate is not accepted with SSL Mode {options.SslMode}: {errors}.",
                MySqlException.TlsFailed,
                exception);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal static void Check(MySqlConnectionStringBuilder options)
    {
        if (options.SslMode == MySqlSslMode.Disabled)
        {
            return;
        }

        if (options.SslMode == MySqlSslMode.VerifyCA && options.SslCa.Length == 0 && options.SslCaPem.Length == 0)
        {
            throw new ArgumentException(
                "SSL Mode VerifyCA needs SSL CA, the path of a PEM file with the CAs to trust.", nameof(options));
        }

        _ = Authority(options);
        Client(options)?.Dispose();
    }

    private static SslPolicyErrors Ignoring(MySqlSslMode mode, SslPolicyErrors errors) => mode switch
    {
        MySqlSslMode.Required => SslPolicyErrors.None,
        MySqlSslMode.VerifyCA => errors & ~SslPolicyErrors.RemoteCertificateNameMismatch,
        _ => errors,
    };

    private static X509ChainPolicy Policy(X509Certificate2Collection? authority)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (authority is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authority);
        }

        return policy;
    }

    private static X509Certificate2Collection? Authority(MySqlConnectionStringBuilder options)
    {
        if (options.SslMode == MySqlSslMode.Required || (options.SslCa.Length == 0 && options.SslCaPem.Length == 0))
        {
            return null;
        }

        var pem = options.SslCaPem.Length > 0
            ? Encoding.UTF8.GetBytes(options.SslCaPem)
            : File.ReadAllBytes(Existing("SSL CA", options.SslCa));
        var authority = new X509Certificate2Collection();
        return PemText.Import(pem, authority) is { } refusal
            ? throw new LinkRefusedException(
                $"The certificate authority of the server (key ca.crt) {refusal}", MySqlException.TlsFailed)
            : authority;
    }

    private static X509Certificate2? Client(MySqlConnectionStringBuilder options)
    {
        if (options.SslCert.Length == 0)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(
                Existing("SSL Cert", options.SslCert),
                options.SslKey.Length == 0 ? null : Existing("SSL Key", options.SslKey));
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException(
                $"SSL Cert or SSL Key cannot be used: {exception.Message}", nameof(options), exception);
        }
    }

    private static string Existing(string key, string path) =>
        File.Exists(path) ? path : throw new ArgumentException($"{key} '{path}' is not a file.", nameof(path));
}
