namespace Drydock.Lab.Browser;

/// <summary>Debian's Chromium without a window.</summary>
public sealed class HeadlessBrowser : IAsyncDisposable
{
    private readonly LabProcess _process;
    private readonly DevToolsConnection _connection;

    private HeadlessBrowser(LabProcess process, DevToolsConnection connection)
    {
        _process = process;
        _connection = connection;
    }

    /// <summary>Starts one with an empty profile.</summary>
    public static async Task<HeadlessBrowser> StartAsync(LabRun run, CancellationToken cancellationToken = default)
    {
        var profile = run.FastFolderFor($"browser-{Guid.NewGuid():N}");
        var process = run.StartProcess(new LabProcessOptions
        {
            Name = Path.GetFileName(profile),
            FileName = "chromium",
            Arguments =
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-extensions",
                "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none", "--lang=en-US",
                "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank",
            ],
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HOME"] = profile },
        });
        var written = Path.Combine(profile, "DevToolsActivePort");
        await process.WaitUntilReadyAsync(
            async token => File.Exists(written) && (await File.ReadAllLinesAsync(written, token)).Length > 1,
            cancellationToken: cancellationToken);
        var lines = await File.ReadAllLinesAsync(written, cancellationToken);
        var connection = await DevToolsConnection.ConnectAsync(
            new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), cancellationToken);
        return new HeadlessBrowser(process, connection);
    }

    /// <summary>Opens a tab of its own.</summary>
    /// <param name="address">The page.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="height">Its height.</param>
    /// <param name="isDark">Whether the user prefers a dark theme.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BrowserPage> OpenAsync(
        Uri address, int width, int height, bool isDark = false, CancellationToken cancellationToken = default)
    {
        var target = await _connection.SendAsync(
            "Target.createTarget", new JsonObject { ["url"] = "about:blank" }, session: null, cancellationToken);
        var id = (string)target["targetId"]!;
        var attached = await _connection.SendAsync(
            "Target.attachToTarget",
            new JsonObject { ["targetId"] = id, ["flatten"] = true },
            session: null,
            cancellationToken);
        var page = new BrowserPage(_connection, id, (string)attached["sessionId"]!);
        await page.BeginAsync(address, width, height, isDark, cancellationToken);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _process.DisposeAsync();
    }
}
