namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The keys of parameters and receipts in plans of YugabyteDB. A key never changes its meaning: stored plans have it.
/// </summary>
internal static class YugabyteKeys
{
    /// <summary>Parameter: this end of a replication group, <see cref="Here"/> or <see cref="There"/>.</summary>
    public const string Side = "side";

    /// <summary>This cluster.</summary>
    public const string Here = "here";

    /// <summary>The cluster at the other end.</summary>
    public const string There = "there";

    /// <summary>Parameter of PreparePackage: the hosts of a group, where its node is not the host itself.</summary>
    public const string Hosts = "hosts";

    /// <summary>Parameter: a replication group.</summary>
    public const string Group = "group";

    /// <summary>Parameter: whether the group is to replicate, 0 or 1.</summary>
    public const string Enabled = "enabled";

    /// <summary>Parameter: which of the masters in turn.</summary>
    public const string Slot = "slot";

    /// <summary>
    /// Parameter: SHA-256 of the program that is replaced. Of masters with the instance behind it, all on the first
    /// slot; of tablet servers see TserverPrograms.
    /// </summary>
    public const string Former = "former";

    /// <summary>Parameter: the directory of the version that is replaced, as <see cref="Former"/>.</summary>
    public const string FormerDirectory = "formerDirectory";

    /// <summary>
    /// Parameter of the way back: SHA-256 of the program to put there, as <see cref="Former"/>. Without it what
    /// PreparePackage found.
    /// </summary>
    public const string Sha = "sha";

    /// <summary>
    /// Parameter of the way back: the directory of the version to go to, as <see cref="Former"/>. Without it the
    /// package's.
    /// </summary>
    public const string Directory = "directory";

    /// <summary>Parameter of the way back: the version to go to. Without it toVersion.</summary>
    public const string Version = "version";

    /// <summary>
    /// Parameter: the replication factor, where it is below three: leaders that cannot move are not waited for, and the
    /// outage is expected.
    /// </summary>
    public const string Replicas = "replicas";

    /// <summary>Parameter: the step expects an outage, because its component has fewer than three members.</summary>
    public const string Outage = "outage";

    /// <summary>Parameter: the highest class of AutoFlags.</summary>
    public const string Class = "class";

    /// <summary>Parameter: a version of the AutoFlags configuration.</summary>
    public const string FlagsVersion = "flagsVersion";

    /// <summary>Fact of a slot: the master it took.</summary>
    public const string Instance = "instance";

    /// <summary>Fact of AdminTool, and receipt of Promote: the version of the AutoFlags configuration before.</summary>
    public const string FlagsBefore = "autoFlags";

    /// <summary>Fact of Promote: the version of the AutoFlags configuration after.</summary>
    public const string FlagsAfter = "autoFlagsAfter";

    /// <summary>Fact of Promote: whether there was anything to promote.</summary>
    public const string Promoted = "promoted";

    /// <summary>Fact of Promote: flags were promoted that only a restart applies.</summary>
    public const string NeedsRestart = "needsRestart";

    /// <summary>Fact of AdminTool: how it wants to be asked whether a server may go.</summary>
    public const string NodesSafe = "nodesSafe";

    /// <summary>Fact of Drain: leaders that did not leave in time, and that was accepted.</summary>
    public const string LeadersLeft = "leadersLeft";

    /// <summary>Fact of Catalog: SQL was off, so there was nothing to upgrade.</summary>
    public const string NotNeeded = "notNeeded";

    /// <summary>
    /// Receipt: the attempt only takes its server out of the leader blacklist and fails for this reason.
    /// </summary>
    public const string GiveUp = "giveUp";

    /// <summary>Receipt: why it gives up, for people.</summary>
    public const string GiveUpMessage = "giveUpMessage";

    /// <summary>Fact of PreparePackage: SHA-256 of a program of the package.</summary>
    public static string Program(string program) => $"sha.{program}";

    /// <summary>A key with an instance behind it.</summary>
    public static string Of(string key, string instance) => $"{key}.{instance}";
}
