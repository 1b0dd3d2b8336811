using Drydock.Reconcilers.Databases;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What lies on the hosts of the universe besides its processes.</summary>
internal sealed partial class YugaWorld
{
    /// <summary>What of the package is on a host, where a test says so itself.</summary>
    public Func<string, PackageState>? PackageStates { get; set; }

    /// <summary>Room on every host.</summary>
    public long FreeBytes { get; set; } = 1L << 40;

    /// <summary>The password of the SQL account.</summary>
    public string SqlPassword { get; set; } = "";

    /// <summary>Passwords that reached the SQL shell.</summary>
    public List<string> PasswordsSeen { get; } = [];
}
