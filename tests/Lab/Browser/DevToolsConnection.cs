using System.Net.WebSockets;

namespace Drydock.Lab.Browser;

/// <summary>Speaks the DevTools protocol with a browser.
/// <see href="https://chromedevtools.github.io/devtools-protocol/"/>.</summary>
internal sealed class DevToolsConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonObject>> _waiting = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonObject>> _listeners = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;
    private long _last;

    private DevToolsConnection(ClientWebSocket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    /// <summary>Connects to the address that a browser has written down.</summary>
    public static async Task<DevToolsConnection> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(address, cancellationToken);
        return new DevToolsConnection(socket);
    }

    /// <summary>Calls <paramref name="listener"/> with the name and content of each event of a session.</summary>
    public void Listen(string session, Action<string, JsonObject> listener) => _listeners[session] = listener;

    /// <summary>Sends a command and returns its result.</summary>
    /// <exception cref="LabException">The browser refused it.</exception>
    public async Task<JsonObject> SendAsync(
        string method, JsonObject? parameters, string? session, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new TaskCompletionSource<JsonObject>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            // A cancelled send would abort the connection for every page.
            var bytes = JsonSerializer.SerializeToUtf8Bytes(message);
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
        }
        finally
        {
            _turn.Release();
        }

        var result = await answer.Task.WaitAsync(Deadline.Default, TimeProvider.System, cancellationToken);
        return result["error"] is { } error
            ? throw new LabException($"The browser refused {method}: {error.ToJsonString()}")
            : result["result"]!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _turn.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), _end.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                message.Write(buffer.AsSpan(0, part.Count));
                if (part.EndOfMessage)
                {
                    Take(JsonNode.Parse(message.ToArray())!.AsObject());
                    message.SetLength(0);
                }
            }
        }
        finally
        {
            foreach (var waiting in _waiting.Values)
            {
                waiting.TrySetException(new LabException("The browser closed the connection."));
            }
        }
    }

    private void Take(JsonObject message)
    {
        if ((long?)message["id"] is { } id)
        {
            if (_waiting.TryRemove(id, out var waiting))
            {
                waiting.TrySetResult(message);
            }
        }
        else if ((string?)message["sessionId"] is { } session && _listeners.TryGetValue(session, out var listener))
        {
            listener((string)message["method"]!, message["params"]!.AsObject());
        }
    }
}
