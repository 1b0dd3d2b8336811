namespace Drydock.Reconcilers.Databases;

/// <summary>Checksums of files of one host by the files' identity (device, inode, size, times of change in
/// nanoseconds): programs have hundreds of megabytes and are not read at every observation.</summary>
internal sealed partial class ProgramSums
{
    // The number of file identities that are sent to the host with every observation.
    private const int Most = 200;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public Question Ask() => new(this);

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sha256();

    /// <summary>Checksums during one question and its answer.</summary>
    internal sealed class Question(ProgramSums sums)
    {
        private readonly Dictionary<string, string> _known = new(sums._known, StringComparer.Ordinal);

        /// <summary>The identities that need not be read again, as a script takes them.</summary>
        public string Known => string.Join(' ', _known.Keys);

        /// <summary>The files that are known to have one of these checksums: IDENTITY=SHA-256, as scripts take
        /// them.</summary>
        public string Having(params string[] sha256) =>
            string.Join(' ', _known.Where(k => sha256.Contains(k.Value)).Select(k => $"{k.Key}={k.Value}"));

        /// <summary>Takes the checksums an answer has.</summary>
        /// <exception cref="HostException">A line is not a checksum.</exception>
        public void Learn(ScriptAnswer answer)
        {
            foreach (var (word, line) in answer.Words.Where(w => w.Word is "sum" or "fresh"))
            {
                if (line.Split(' ') is not [var identity, var sha256] || !Sha256().IsMatch(sha256))
                {
                    throw answer.Unreadable($"'{word} {line}' is not a checksum");
                }

                _known[identity] = sha256;
                if (word == "fresh")
                {
                    continue;
                }

                if (sums._known.Count >= Most)
                {
                    sums._known.Clear();
                }

                sums._known[identity] = sha256;
            }
        }

        /// <summary>The checksum of a file by its identity; null for "-".</summary>
        /// <exception cref="HostException">It is not known.</exception>
        public string? Of(string identity, ScriptAnswer answer) =>
            identity == "-"
                ? null
                : _known.GetValueOrDefault(identity)
                    ?? throw answer.Unreadable($"there is no checksum of the file '{identity}'");
    }
}
