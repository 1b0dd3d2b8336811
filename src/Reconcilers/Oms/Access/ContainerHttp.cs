namespace Drydock.Reconcilers.Oms;

/// <summary>Asks the web server of a node from inside its container, so that neither a firewall nor a name stands
/// between: the port of the console need not be open to the operator. The certificate is not verified, because nothing
/// secret is sent.</summary>
internal static class ContainerHttp
{
    /// <summary>What is run in the container. Its first argument is the address; the last line it prints is the HTTP
    /// status, 000 without an answer. At most 5 s and 64 KiB.</summary>
    public const string Script = "exec curl -q -k -s --noproxy '*' --max-time 5 --max-filesize 65536 "
        + "-w '\\n%{http_code}' \"$1\"";

    /// <summary>Sends one GET to 127.0.0.1 in a container.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    public static async Task<HttpAnswer> GetAsync(
        DockerClient docker, string container, int port, bool https, string path, CancellationToken cancellationToken)
    {
        var address = $"{(https ? "https" : "http")}://127.0.0.1:{port}{path}";
        var result = await docker.RunExecAsync(
            container, ["/bin/sh", "-c", Script, "drydock", address], cancellationToken);
        return HttpAnswer.Of(address, result.ExitCode, result.Stdout);
    }
}

/// <summary>What a web server inside a container answered.</summary>
/// <param name="Status">The HTTP status; 0 without an answer.</param>
/// <param name="Body">The body; empty without an answer.</param>
/// <param name="CanAsk">False if the container has no curl, so that nothing is known of its server.</param>
/// <param name="Message">What was answered, or why nothing was, without a full stop.</param>
internal sealed record HttpAnswer(int Status, string Body, bool CanAsk, string Message)
{
    // Exit codes of curl: https://curl.se/libcurl/c/libcurl-errors.html; of a shell: 126 and 127.
    private const int NotExecutable = 126;
    private const int NotFound = 127;
    private const int Refused = 7;
    private const int TimedOut = 28;

    public bool Serves => Status is > 0 and < 500;

    /// <summary>What a health endpoint says. It is not documented (docs/project/research/oms.md#console-api), so only a
    /// well-formed answer counts; null for everything else, which means that there is no endpoint.</summary>
    public bool? Healthy => IsHealthy(Body);

    public static bool? IsHealthy(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, OmsFilesJson.Default.HealthBody)?.Data?.Healthy;
        }
        catch (JsonException)
        {
            // A page of the console, of nginx, or of a login.
            return null;
        }
    }

    public static HttpAnswer Of(string address, int exitCode, string output)
    {
        var end = output.LastIndexOf('\n');
        if (exitCode == 0
            && int.TryParse(
                output.AsSpan(end + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            && status > 0)
        {
            var body = end < 0 ? "" : output[..end];
            return new HttpAnswer(status, body, CanAsk: true, $"{address} answers {status} in the container");
        }

        var why = exitCode switch
        {
            NotExecutable or NotFound => "the container has no curl to ask it",
            Refused => "the connection is refused in the container",
            TimedOut => "it does not answer in the container within 5 s",
            _ => $"curl ended with exit code {exitCode} in the container",
        };
        return new HttpAnswer(0, "", exitCode is not (NotExecutable or NotFound), $"{address}: {why}");
    }
}
