using Drydock.Tests.Unit.Crds.Specs.Making;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>One random spec.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Spec">The spec.</param>
/// <param name="IsMended">Whether it was made to keep the rules between its fields.</param>
/// <param name="IsBroken">Whether it was changed against its schema.</param>
internal sealed record SpecCase(string Kind, JsonObject Spec, bool IsMended, bool IsBroken)
{
    /// <summary>Specs of all kinds, most of them of upgrades; half of them broken. They shrink.</summary>
    public static Arbitrary<SpecCase> Any { get; } = Arb.From(
        Gen.Choose(0, int.MaxValue - 1).Select(Make),
        smallerOf => SpecShrinker.Smaller(Schemas.Specs[smallerOf.Kind], smallerOf.Spec)
            .Select(spec => smallerOf with { Spec = spec }));

    public override string ToString() => $"{Kind}{(IsBroken ? " (broken)" : "")}: {Spec.ToJsonString()}";

    private static SpecCase Make(int seed)
    {
        var random = new Random(seed);
        var kind = random.Next(6) switch
        {
            0 => "BackupSnapshot",
            1 => "SnapshotRestore",
            2 or 3 => "DatabaseRollingUpgrade",
            _ => "OmsUpgrade",
        };
        var schema = Schemas.Specs[kind];
        var spec = new SpecMaker(random).Make(schema).AsObject();
        var isMended = random.Next(5) > 0;
        if (isMended)
        {
            new SpecMender(random).Mend(kind, spec);
        }

        var isBroken = random.Next(2) == 0;
        if (isBroken)
        {
            new SpecBreaker(random).Break(schema, spec);
        }

        return new SpecCase(kind, spec, isMended, isBroken);
    }
}
