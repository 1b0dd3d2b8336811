using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Support;

/// <summary>
/// Which cases of a long enumeration this run takes. An enumeration disturbs each point of a run in several ways. A run
/// of the tests takes each way at every n-th point, and different ways at different points. DRYDOCK_SAMPLE is a number
/// that moves the turn, so that n runs with consecutive numbers cover everything. <c>DRYDOCK_SAMPLE=all</c> takes each
/// point in every way, as <c>make campaign</c> does.
/// </summary>
internal static class Sample
{
    // An odd number, as the generator needs it.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private static readonly int? Turn = TurnOf(Environment.GetEnvironmentVariable("DRYDOCK_SAMPLE"));

    /// <summary>Whether a point is disturbed in this way.</summary>
    /// <param name="point">The number of the point.</param>
    /// <param name="way">The number of the way, from 0.</param>
    /// <param name="ways">Every how many points the way is taken: the number of the ways, or more.</param>
    public static bool Takes(int point, int way, int ways) => Takes(Turn, point, way, ways);

    /// <summary>How many random cases a property looks at.</summary>
    /// <param name="all">With <c>DRYDOCK_SAMPLE=all</c>.</param>
    /// <param name="share">Otherwise.</param>
    public static int Cases(int all, int share) => Turn is null ? all : share;

    /// <summary>
    /// Random cases: those of the turn, so that its number repeats them, or with <c>DRYDOCK_SAMPLE=all</c> new ones.
    /// </summary>
    /// <inheritdoc cref="Cases" />
    public static Config Random(int all, int share)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Cases(all, share));
        return Turn is { } turn ? config.WithReplay((ulong)turn, Gamma) : config;
    }

    /// <param name="turn">The turn; null takes everything.</param>
    /// <inheritdoc cref="Takes(int, int, int)" />
    internal static bool Takes(int? turn, int point, int way, int ways) =>
        turn is not { } shift || (point + way + shift) % ways == 0;

    /// <exception cref="FormatException">The text is neither <c>all</c> nor a number from 0.</exception>
    internal static int? TurnOf(string? text) => text switch
    {
        null or "" => 0,
        "all" => null,
        _ => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) % 1000,
    };
}
