namespace Drydock.Lab.Accidents;

/// <summary>Answers of a server that is broken, taken over, or not the right one. Each has status 200.</summary>
internal sealed class HostileAnswers
{
    private const int Piece = 64 << 10;
    private const int HugeHeader = 1 << 20;

    private static readonly FaultAction[] All =
    [
        // An object whose first value never ends.
        FaultAction.Say(Of("application/json", "{\"Id\":\""), Encoding.ASCII.GetBytes(new string('a', Piece))),
        FaultAction.Say(Of("application/json", "This is not JSON.")),
        FaultAction.Say(Of("application/json", "{}", $"X-Lab-Filler: {new string('a', HugeHeader)}\r\n")),
        FaultAction.Say(Of("text/html", "<html><body>Log in to continue.</body></html>")),
        FaultAction.Say(
            Of("application/json", """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}""")),
    ];

    private int _given = -1;

    /// <summary>The next answer; after the last one the first again.</summary>
    public FaultAction Next() => All[(int)((uint)Interlocked.Increment(ref _given) % (uint)All.Length)];

    // Without a length the body ends with the connection.
    private static byte[] Of(string type, string body, string headers = "") => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{headers}Connection: close\r\n\r\n{body}");
}
