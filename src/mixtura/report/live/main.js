document.documentElement.classList.add("live");
startLegends();
startMatrix();
startPicked();
startSteps();
