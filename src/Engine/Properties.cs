using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Drydock.Tests.Unit")]
