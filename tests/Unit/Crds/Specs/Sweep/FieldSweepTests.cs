using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>
/// Every field of every spec, as the schemas have them: a change of it has an effect or is refused, and that is shown
/// by running it.
/// </summary>
public sealed class FieldSweepTests
{
    private static readonly IReadOnlyList<FieldProof> Proofs =
    [
        .. UpgradeIdentityFields.All, .. UpgradeAccessFields.All, .. UpgradeContainerFields.All,
        .. UpgradeControlFields.All, .. SnapshotFields.All, .. RestoreFields.All,
        .. Databases.PackageFields.All, .. Databases.InstanceFields.All, .. Databases.AccessFields.All,
        .. Databases.TimeFields.All, .. Databases.ControlFields.All,
        .. Databases.TiDbFields.All, .. Databases.MonitoringFields.All, .. Databases.YugabyteFields.All,
    ];

    public static TheoryData<string> Fields =>
        [.. Schemas.Specs.SelectMany(kind => Leaves(kind.Value).Select(path => $"{kind.Key} {path}"))];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Changed_field_has_an_effect_or_is_refused(string field)
    {
        var proofs = Proofs.Where(proof => $"{proof.Kind} {proof.Field}" == field).ToList();
        proofs.ShouldNotBeEmpty($"{field} is new: add an entry that proves what it does, or remove the field");
        foreach (var proof in proofs)
        {
            await proof.Prove();
        }
    }

    [Fact]
    public void Every_proof_names_an_existing_field()
    {
        var fields = Fields.Select(row => row.Data).ToHashSet(StringComparer.Ordinal);
        Proofs.Select(proof => $"{proof.Kind} {proof.Field}").Where(field => !fields.Contains(field)).ShouldBeEmpty();
    }

    // Fields that hold a value: no object of fields, and no list of such.
    private static IEnumerable<string> Leaves(JsonObject schema) =>
        schema.Walk().Where(field => field.Schema["properties"] is null && field.Schema["items"]?["properties"] is null)
            .Select(field => field.Path);
}
