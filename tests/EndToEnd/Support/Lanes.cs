using Drydock.Tests.EndToEnd.Databases;

// Each lane has an API server, engines and hosts, which keep a core busy.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
[assembly: TestCollectionOrderer(typeof(LongLanesFirst))]

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>
/// The lanes of the end-to-end tests. Tests of one lane run one after the other on the stage of their lane; lanes run
/// side by side, the longest first (<see cref="LongLanesFirst"/>).
/// </summary>
public static class Lanes
{
    public const string Accidents = "accidents";
    public const string Upgrades = "OMS upgrades";
    public const string Operator = "operator";
    public const string TiDb = "TiDB";
    public const string Databases = "databases";
}

[CollectionDefinition(Lanes.Accidents)]
public sealed class AccidentsLane : ICollectionFixture<StageFixture>;

[CollectionDefinition(Lanes.Upgrades)]
public sealed class UpgradesLane : ICollectionFixture<StageFixture>;

[CollectionDefinition(Lanes.Operator)]
public sealed class OperatorLane : ICollectionFixture<StageFixture>;

[CollectionDefinition(Lanes.TiDb)]
public sealed class TiDbLane : ICollectionFixture<DatabaseStageFixture>;

[CollectionDefinition(Lanes.Databases)]
public sealed class DatabasesLane : ICollectionFixture<DatabaseStageFixture>;
