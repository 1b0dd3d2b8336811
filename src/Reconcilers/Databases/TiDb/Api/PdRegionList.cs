using System.Buffers;
using System.IO.Pipelines;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads the answer of a check of Regions one Region at a time, so that its size does not matter. Strict, as
/// <see cref="TiDbAnswers"/>: an answer that lists another number of Regions than it says is not accepted.</summary>
internal sealed class PdRegionList(Func<PdRegion, bool> isAtRisk)
{
    // A Region takes about 500 bytes.
    private const int LongestRegion = 1 << 20;

    private readonly List<ulong> _atRisk = [];
    private JsonReaderState _state;
    private long? _count;
    private long _listed;
    private bool _isOver;

    /// <summary>Reads the answer.</summary>
    /// <exception cref="TiDbApiException">The answer is not the documented one.</exception>
    public static async Task<PdRegionCheck> ReadAsync(
        ServiceStream answer, string what, string check, Func<PdRegion, bool> isAtRisk,
        CancellationToken cancellationToken)
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, $"{what} answered {answer.Status}.", answer.Status);
        }

        var list = new PdRegionList(isAtRisk);
        var body = PipeReader.Create(answer.Content, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            await list.ReadAsync(body, cancellationToken);
            return list.Result(check);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            var why = exception is JsonException json
                ? $"invalid JSON in line {json.LineNumber + 1}"
                : exception.Message;
            throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} did not answer as documented ({why}). Check what listens on that port.",
                answer.Status, exception);
        }
        finally
        {
            await body.CompleteAsync();
        }
    }

    private async Task ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var consumed = Parse(read.Buffer, read.IsCompleted);
            if (read.Buffer.Slice(consumed).Length > LongestRegion)
            {
                throw new FormatException($"a value is longer than {LongestRegion} bytes");
            }

            body.AdvanceTo(consumed, read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private PdRegionCheck Result(string check) => _isOver && _count == _listed
        ? new PdRegionCheck(check, _listed, _atRisk)
        : throw new FormatException($"it says {_count?.ToString(CultureInfo.InvariantCulture) ?? "no"} Regions and "
            + $"lists {_listed}");

    // Returns how much was read: whole values only.
    private SequencePosition Parse(ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (_isOver)
        {
            return buffer.End;
        }

        var reader = new Utf8JsonReader(buffer, isLast, _state);
        var whole = reader;
        while (!_isOver && Next(ref reader))
        {
            whole = reader;
        }

        _state = whole.CurrentState;
        return whole.Position;
    }

    // False if the rest of the value has not arrived yet.
    private bool Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when reader.CurrentDepth == 0:
            case JsonTokenType.EndArray:
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("count"u8):
                if (!reader.Read())
                {
                    return false;
                }

                _count = reader.GetInt64();
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("regions"u8):
                if (!reader.Read())
                {
                    return false;
                }

                return reader.TokenType is JsonTokenType.StartArray or JsonTokenType.Null
                    ? true
                    : throw new FormatException("its regions are not a list");
            case JsonTokenType.PropertyName:
                return reader.TrySkip();
            case JsonTokenType.StartObject:
                return TakeRegion(ref reader);
            case JsonTokenType.EndObject:
                return _isOver = true;
            default:
                throw new FormatException("it is not an object with a list of Regions");
        }
    }

    private bool TakeRegion(ref Utf8JsonReader reader)
    {
        var end = reader;
        if (!end.TrySkip())
        {
            return false;
        }

        var region = Region(JsonSerializer.Deserialize(ref reader, TiDbJsonContext.Default.RegionEntry)
            ?? throw new FormatException("a Region is null"));
        _listed++;
        if (isAtRisk(region))
        {
            _atRisk.Add(region.Id);
        }

        return true;
    }

    private static PdRegion Region(RegionEntry region) => new(
        region.Id,
        [.. TiDbAnswers.Entries(region.Peers).Where(p => p.IsLearner != true).Select(p => p.StoreId).Distinct()],
        TiDbAnswers.Entries(region.DownPeers)
            .Select(d => d.Peer)
            .Concat(TiDbAnswers.Entries(region.PendingPeers))
            .Select(p => p.StoreId)
            .ToHashSet());

    internal sealed record RegionEntry(
        ulong Id, List<RegionPeer?>? Peers = null, List<DownPeer?>? DownPeers = null,
        List<RegionPeer?>? PendingPeers = null);

    internal sealed record RegionPeer(ulong StoreId, bool? IsLearner = null);

    internal sealed record DownPeer(RegionPeer Peer);
}

/// <summary>A Region as a check of PD lists it. It needs a majority of its voters: replicas that are down or pending
/// (they lag so far behind that they need a snapshot) cannot confirm writes, and learners do not vote.</summary>
internal sealed record PdRegion(ulong Id, IReadOnlyList<ulong> Voters, IReadOnlySet<ulong> Behind)
{
    private static readonly HashSet<ulong> None = [];

    private int Quorum => (Voters.Count / 2) + 1;

    public bool HasQuorum(IReadOnlySet<ulong> down) => Fit(down, None) >= Quorum;

    public bool Survives(IReadOnlySet<ulong> without, IReadOnlySet<ulong> down, bool isOutageAccepted) =>
        !Voters.Any(without.Contains)
        || Fit(down, without) >= (isOutageAccepted ? Math.Min(1, Voters.Count - 1) : Quorum);

    private int Fit(IReadOnlySet<ulong> down, IReadOnlySet<ulong> without) =>
        Voters.Count(v => !without.Contains(v) && !Behind.Contains(v) && !down.Contains(v));
}

/// <summary>What a check of PD finds.</summary>
/// <param name="AtRisk">The ids of those that were asked for.</param>
internal sealed record PdRegionCheck(string Check, long Count, IReadOnlyList<ulong> AtRisk);
