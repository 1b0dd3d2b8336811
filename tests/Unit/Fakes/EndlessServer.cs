using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A server that answers a request with a beginning, and then with the same bytes again and again until the client has
/// had enough. It counts what it could send; the kernel holds a part of that.
/// </summary>
internal sealed class EndlessServer : IAsyncDisposable
{
    /// <summary>More than both sides' buffers of the kernel hold, in bytes.</summary>
    public const long KernelBytes = 32L << 20;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, string> _begin;
    private readonly byte[] _again;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private long _sent;

    /// <summary>Starts it.</summary>
    /// <param name="begin">The beginning of the answer to a request line; one that ends with <c>!</c> is the whole
    /// answer without that sign.</param>
    /// <param name="again">What follows for ever.</param>
    /// <param name="certificate">For TLS; null for none.</param>
    public EndlessServer(Func<string, string> begin, string again, X509Certificate2? certificate = null)
    {
        (_begin, _again, _certificate) = (begin, Encoding.ASCII.GetBytes(again), certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many bytes of endless answers were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>A certificate for 127.0.0.1 that signs itself.</summary>
    public static X509Certificate2 Certificate(ECDsa key)
    {
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var secured = new SslStream(stream);
                await secured.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                stream = secured;
            }

            while (await RequestLineAsync(stream) is { } line)
            {
                var begin = _begin(line);
                var whole = begin.EndsWith('!');
                await stream.WriteAsync(Encoding.ASCII.GetBytes(whole ? begin[..^1] : begin), _stop.Token);
                while (!whole)
                {
                    await stream.WriteAsync(_again, _stop.Token);
                    Interlocked.Add(ref _sent, _again.Length);
                }
            }
        }
        catch (Exception e) when (e
            is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client has had enough, or the test is over.
        }
    }

    private async Task<string?> RequestLineAsync(Stream stream)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            header.Append((char)one[0]);
            if (one[0] == '\n' && header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return header.ToString().Split('\r')[0];
            }
        }

        return null;
    }
}
