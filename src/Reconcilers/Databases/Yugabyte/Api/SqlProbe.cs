using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Asks the SQL interfaces of tablet servers for a sign of life: speaks the first words of both protocols.
/// Never logs in and sends no secret. YSQL answers if PostgreSQL asks for authentication, accepts the session or
/// refuses it for a reason of its own rules; YCQL answers if it lists what it supports.</summary>
internal sealed class SqlProbe(IConnectionFactory connections, TimeProvider time, string user, string database)
{
    private const int LongestMessage = 1 << 16;
    private const int ProtocolVersion = 3 << 16;
    private const byte CqlResponse = 0x80;
    private const byte CqlSupported = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Version 4, no flags, stream 0, OPTIONS, without a body. Every version of YCQL knows it.
    private static readonly byte[] CqlOptions = [4, 0, 0, 0, 5, 0, 0, 0, 0];

    // Errors of a PostgreSQL that serves: wrong credentials or rules of pg_hba (28), no such database, too many
    // sessions. The others, for instance that it starts or stops (57P), mean that it does not.
    private static readonly string[] Serving = ["28", "3D000", "53300"];

    public async Task<string?> FindProblemAsync(
        SqlInterface kind, ServiceAddress address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return kind == SqlInterface.Ysql
                ? await YsqlAsync(address, either.Token)
                : await YcqlAsync(address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception exception)
            when (exception is SocketException or IOException or AuthenticationException or EndpointRefusedException)
        {
            return exception.GetBaseException().Message;
        }
    }

    private async Task<string?> YsqlAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(address, cancellationToken);
        await stream.WriteAsync(Startup(), cancellationToken);
        var head = new byte[5];
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4;
            if (length is < 0 or > LongestMessage)
            {
                return "the answer is not one of PostgreSQL";
            }

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancellationToken);
            switch ((char)head[0])
            {
                case 'R' when length >= 4 && BinaryPrimitives.ReadInt32BigEndian(body) != 0:
                case 'Z':
                    return null;
                case 'E':
                    return Refusal(body);
                case 'R' or 'S' or 'K' or 'N' or 'v':
                    break;
                default:
                    return "the answer is not one of PostgreSQL";
            }
        }
    }

    private async Task<string?> YcqlAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        if (await SpeaksCqlAsync(address, encrypted: false, cancellationToken) is not { } problem)
        {
            return null;
        }

        // With client-to-server encryption a plain connection is closed.
        return await SpeaksCqlAsync(address, encrypted: true, cancellationToken) is null ? null : problem;
    }

    private async Task<string?> SpeaksCqlAsync(
        ServiceAddress address, bool encrypted, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await OpenAsync(address, cancellationToken);
            await using var secured = encrypted ? await SecureAsync(stream, address, cancellationToken) : null;
            var channel = secured ?? stream;
            await channel.WriteAsync(CqlOptions, cancellationToken);
            var head = new byte[9];
            await channel.ReadExactlyAsync(head, cancellationToken);
            return (head[0] & CqlResponse) != 0 && head[4] == CqlSupported ? null : "the answer is not one of YCQL";
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return exception.GetBaseException().Message;
        }
    }

    // Nothing confidential is sent and nothing that is received is trusted, so the certificate is not verified.
    private static async Task<SslStream> SecureAsync(
        Stream stream, ServiceAddress address, CancellationToken cancellationToken)
    {
        var secured = new SslStream(stream, leaveInnerStreamOpen: true, AcceptAny);
        try
        {
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = address.Host }, cancellationToken);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    private static bool AcceptAny(
        object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    private Task<Stream> OpenAsync(ServiceAddress address, CancellationToken cancellationToken) =>
        connections.ConnectAsync(address.Host, address.Port, cancellationToken);

    // Without SSLRequest: a server that wants TLS refuses by its rules, which is an answer too.
    private byte[] Startup()
    {
        var text = Encoding.UTF8.GetBytes($"user\0{user}\0database\0{database}\0application_name\0drydock\0\0");
        var message = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), ProtocolVersion);
        text.CopyTo(message, 8);
        return message;
    }

    private static string? Refusal(byte[] body)
    {
        var fields = Encoding.UTF8.GetString(body).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var code = Array.Find(fields, f => f[0] == 'C')?[1..] ?? "";
        var text = Array.Find(fields, f => f[0] == 'M')?[1..] ?? "no message";
        return Array.Exists(Serving, s => code.StartsWith(s, StringComparison.Ordinal))
            ? null
            : $"PostgreSQL reports: {text} ({code})";
    }
}

/// <summary>An interface of a tablet server for clients.</summary>
internal enum SqlInterface
{
    /// <summary>PostgreSQL's protocol; a tablet server runs PostgreSQL for it.</summary>
    Ysql,

    /// <summary>Cassandra's protocol; the tablet server speaks it itself.</summary>
    Ycql,
}
