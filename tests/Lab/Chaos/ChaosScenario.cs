namespace Drydock.Lab.Chaos;

/// <summary>A road and the goal of its run, on which accidents are caused.</summary>
/// <param name="Goal">The upgrade, or the rollback after it.</param>
/// <param name="IsExhaustive">True: every accident at every one of its moments, and every kill point. False: every
/// accident in every phase, spread over the scenarios.</param>
public sealed record ChaosScenario(UpgradeRoad Road, UpgradeGoal Goal, bool IsExhaustive)
{
    /// <summary>
    /// The scenarios: the main job and its rollback exhaustively (with S3 for the accidents of S3), the others by a
    /// pairwise cover.
    /// </summary>
    public static IReadOnlyList<ChaosScenario> All { get; } =
    [
        new(UpgradeRoad.Enterprise, UpgradeGoal.Upgrade, IsExhaustive: true),
        new(UpgradeRoad.Enterprise, UpgradeGoal.Rollback, IsExhaustive: true),
        new(UpgradeRoad.EnterpriseS3, UpgradeGoal.Upgrade, IsExhaustive: true),
        new(UpgradeRoad.EnterpriseS3, UpgradeGoal.Rollback, IsExhaustive: true),
        new(UpgradeRoad.EnterpriseTwoRegions, UpgradeGoal.Upgrade, IsExhaustive: false),
        new(UpgradeRoad.EnterpriseTwoRegions, UpgradeGoal.Rollback, IsExhaustive: false),
        new(UpgradeRoad.CommunitySingle, UpgradeGoal.Upgrade, IsExhaustive: false),
        new(UpgradeRoad.CommunitySingle, UpgradeGoal.Rollback, IsExhaustive: false),
    ];

    /// <summary>For ledgers: <c>ee-322-422 Upgrade</c>.</summary>
    public string Id => $"{Road.Id} {Goal}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
