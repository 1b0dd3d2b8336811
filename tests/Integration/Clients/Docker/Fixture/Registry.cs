using System.Net.Sockets;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A registry with one image and one user, on our end of the engine's cable.</summary>
internal sealed class Registry : IAsyncDisposable
{
    public const string User = "puller";
    public const string Password = "canary-registry-password-4411";

    private readonly HttpListener _listener = new();
    private readonly SavedImage _image;
    private readonly Task _serving;

    private Registry(SavedImage image, string address, int port)
    {
        _image = image;
        Address = string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>The reference of its image.</summary>
    public string Reference => $"{Address}/team/app:1";

    public static Registry Start(SavedImage image, string address)
    {
        using var probe = new TcpListener(IPAddress.Parse(address), 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        return new Registry(image, address, port);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (_listener.IsListening)
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException || !_listener.IsListening)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        var path = context.Request.Url!.AbsolutePath;
        if (context.Request.Headers["Authorization"] != expected)
        {
            context.Response.Headers["WWW-Authenticate"] = "Basic realm=\"test\"";
            await EndAsync(
                context, 401, "application/json",
                """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"""u8.ToArray());
            return;
        }

        const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
        var (status, type, body) = path switch
        {
            "/v2/" => (200, "application/json", "{}"u8.ToArray()),
            "/v2/team/app/manifests/1" => (200, ManifestType, _image.Manifest),
            _ when path == $"/v2/team/app/manifests/{SavedImage.Digest(_image.Manifest)}" =>
                (200, ManifestType, _image.Manifest),
            _ when path == $"/v2/team/app/blobs/{_image.Id}" => (200, "application/octet-stream", _image.Config),
            _ when path == $"/v2/team/app/blobs/{SavedImage.Digest(_image.Layer)}" =>
                (200, "application/octet-stream", _image.Layer),
            _ => (404, "application/json", """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8
                .ToArray()),
        };
        if (status == 200 && type == ManifestType)
        {
            context.Response.Headers["Docker-Content-Digest"] = SavedImage.Digest(body);
        }

        await EndAsync(context, status, type, body);
    }

    private static async Task EndAsync(HttpListenerContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength64 = body.Length;
        if (context.Request.HttpMethod != "HEAD")
        {
            await context.Response.OutputStream.WriteAsync(body);
        }

        context.Response.Close();
    }
}
