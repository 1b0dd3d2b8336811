namespace Drydock.Lab.Browser;

/// <summary>A tab of a browser: what a user does in it, and what the page did.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly DevToolsConnection _connection;
    private readonly string _target;
    private readonly string _session;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<Uri> _requests = new();

    internal BrowserPage(DevToolsConnection connection, string target, string session)
    {
        _connection = connection;
        _target = target;
        _session = session;
        connection.Listen(session, Take);
    }

    /// <summary>Errors and warnings of the console, uncaught exceptions, refused resources.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Every address that the page has asked for.</summary>
    public IReadOnlyList<Uri> Requests => [.. _requests];

    /// <summary>Goes to an address of the same page, or to another page.</summary>
    public async Task GoToAsync(Uri address, CancellationToken cancellationToken = default) =>
        await SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() }, cancellationToken);

    /// <summary>The value of an expression; a promise is awaited.</summary>
    /// <exception cref="LabException">The expression failed.</exception>
    public async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            "Runtime.evaluate",
            new JsonObject
            {
                ["expression"] = expression,
                ["awaitPromise"] = true,
                ["returnByValue"] = true,
                ["userGesture"] = true,
            },
            cancellationToken);
        return answer["exceptionDetails"] is { } failure
            ? throw new LabException($"{expression} failed in the page: {failure.ToJsonString()}")
            : answer["result"]!["value"]?.DeepClone();
    }

    /// <summary>Waits until an expression is true.</summary>
    public Task UntilAsync(string expression, CancellationToken cancellationToken = default) => Deadline.UntilAsync(
        $"the page to fulfil {expression}",
        async token => (bool?)await EvaluateAsync($"Boolean({expression})", token) == true,
        TimeSpan.FromMinutes(1),
        cancellationToken: cancellationToken);

    /// <summary>Presses a key, as a user does.</summary>
    /// <param name="key">Its name: <c>Tab</c>, <c>Enter</c>, <c>ArrowRight</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PressAsync(string key, CancellationToken cancellationToken = default)
    {
        var code = key switch
        {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "not a known key"),
        };
        foreach (var type in (string[])["keyDown", "keyUp"])
        {
            var parameters =
                new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
            if (key == "Enter" && type == "keyDown")
            {
                parameters["text"] = "\r";
            }

            await SendAsync("Input.dispatchKeyEvent", parameters, cancellationToken);
        }
    }

    /// <summary>Changes the size of the window.</summary>
    public Task ResizeAsync(int width, int height, CancellationToken cancellationToken = default) => SendAsync(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false },
        cancellationToken);

    /// <summary>The window as a PNG picture.</summary>
    public async Task<byte[]> ScreenshotAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            "Page.captureScreenshot", new JsonObject { ["format"] = "png" }, cancellationToken);
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <summary>Closes the tab.</summary>
    public async ValueTask DisposeAsync() => await _connection.SendAsync(
        "Target.closeTarget", new JsonObject { ["targetId"] = _target }, session: null, CancellationToken.None);

    internal async Task BeginAsync(Uri address, int width, int height, bool isDark, CancellationToken cancellationToken)
    {
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await SendAsync($"{domain}.enable", parameters: null, cancellationToken);
        }

        await ResizeAsync(width, height, cancellationToken);
        await SendAsync(
            "Emulation.setEmulatedMedia",
            new JsonObject
            {
                ["features"] = new JsonArray(
                    new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
            },
            cancellationToken);
        await GoToAsync(address, cancellationToken);
    }

    private Task<JsonObject> SendAsync(string method, JsonObject? parameters, CancellationToken cancellationToken) =>
        _connection.SendAsync(method, parameters, _session, cancellationToken);

    private void Take(string name, JsonObject content)
    {
        switch (name)
        {
            case "Network.requestWillBeSent":
                _requests.Enqueue(new Uri((string)content["request"]!["url"]!));
                break;
            case "Runtime.exceptionThrown":
                _errors.Enqueue(content["exceptionDetails"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string)content["type"]! is "error" or "warning" or "assert":
                _errors.Enqueue(content["args"]!.ToJsonString());
                break;
            case "Log.entryAdded" when (string)content["entry"]!["level"]! is "error" or "warning":
                _errors.Enqueue(content["entry"]!.ToJsonString());
                break;
        }
    }
}
