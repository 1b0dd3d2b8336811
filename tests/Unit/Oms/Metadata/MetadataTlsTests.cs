namespace Drydock.Tests.Unit.Oms;

public sealed class MetadataTlsTests
{
    [Theory]
    [InlineData(DatabaseTlsMode.Disabled, true)]
    [InlineData(DatabaseTlsMode.VerifyCA, false)]
    [InlineData(DatabaseTlsMode.VerifyIdentity, false)]
    public void Plan_warns_when_metadata_database_identity_is_not_verified(DatabaseTlsMode mode, bool warns)
    {
        var world = new OmsWorld().Apply(s => s with
        {
            Approval = ApprovalPolicy.Manual,
            MetadataDatabase = new MetadataDatabaseSpec { Tls = new DatabaseTls { Mode = mode } },
        });

        world.RunUntil(() => world.HasPlan, "plan ready");

        world.Plan.Notes.Exists(n => n.Contains($"metadataDatabase.tls.mode: {mode}", StringComparison.Ordinal))
            .ShouldBe(warns);
    }
}
