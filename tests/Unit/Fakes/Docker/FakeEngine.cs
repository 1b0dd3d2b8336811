using System.Net.Sockets;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// An engine of our own words behind a Unix socket: it answers each request with the bytes a test gives it, so that a
/// test can also answer wrongly, too early, half or not at all.
/// </summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-fake-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<FakeExchange, Task> _answer;
    private readonly List<Task> _connections = [];
    private readonly List<string> _requests = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public FakeEngine(Func<FakeExchange, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string SocketPath => Path.Combine(_directory, "s");

    /// <summary>Request lines in the order they came, such as <c>GET /v1.41/info</c>.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>An engine that speaks API 1.41 and answers everything else by <paramref name="answer"/>.</summary>
    public static FakeEngine Speaking(Func<FakeExchange, Task> answer, string version = "1.41") =>
        new(
            exchange =>
                exchange.Path == "/_ping"
                    ? exchange.ReplyAsync(200, "OK", $"Api-Version: {version}")
                    : answer(exchange));

    public DockerClient Client(DockerClientOptions? options = null, TimeProvider? time = null) =>
        new(
            DockerEndpoint.Parse($"unix://{SocketPath}"),
            (options ?? new DockerClientOptions { ReadRetries = 0 }) with { Endpoints = EndpointPolicy.Unrestricted },
            time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await ReadHeaderAsync(stream) is { } header)
            {
                var exchange = new FakeExchange(stream, header, _stop.Token);
                lock (_requests)
                {
                    _requests.Add($"{exchange.Method} {exchange.Path}");
                }

                await _answer(exchange);
                if (exchange.Closed)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<string?> ReadHeaderAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            header.Append((char)one[0]);
            if (one[0] == '\n' && header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return header.ToString();
            }
        }

        return null;
    }
}
