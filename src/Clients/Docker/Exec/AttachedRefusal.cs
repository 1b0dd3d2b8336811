using System.Text;

namespace Drydock.Clients.Docker;

/// <summary>
/// Recognises the engine's refusal to start an exec a second time when it comes as output: "Exec command ID is already
/// running" (or "has already run"). Only the first bytes are looked at, and they must name the exec id, which no
/// command knows of itself.
/// </summary>
internal sealed class AttachedRefusal(string execId)
{
    private const int Looked = 512;
    private readonly List<byte> _first = [];

    public bool Seen
    {
        get
        {
            var text = Encoding.UTF8.GetString([.. _first]);
            return text.Contains($"Exec command {execId} ", StringComparison.Ordinal) && text.Contains("already", StringComparison.Ordinal);
        }
    }

    public static string Text(string execId, bool running) =>
        $"exec command {execId} {(running ? "is already running" : "has already run")}";

    public void Look(ReadOnlySpan<byte> output)
    {
        var missing = Looked - _first.Count;
        if (missing > 0)
        {
            _first.AddRange(output[..Math.Min(missing, output.Length)]);
        }
    }
}
